"""The shared tool layer over the Huawei Cloud SWR management API: names, operations, the gate, the journal."""
