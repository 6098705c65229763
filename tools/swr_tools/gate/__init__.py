"""What stands before every create: policy, proposals, confirmation, and carrying it out once."""
