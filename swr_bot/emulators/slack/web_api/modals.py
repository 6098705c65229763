"""``views.*``: an app opens and changes modals and home tabs."""

from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.values import Json

from .arguments import Arguments
from .content import checked_view


def open_view(parts: Parts, args: Arguments) -> Json:
    """``views.open``: a modal for whoever the trigger id belongs to."""
    content = checked_view(args, "modal")
    trigger = parts.grants.use_trigger(args.text("trigger_id"))
    view = parts.views.open(trigger.person, content)
    trigger.used = True
    return {"view": view.wire()}


def push_view(parts: Parts, args: Arguments) -> Json:
    """``views.push``: over the modal in which the trigger id arose."""
    content = checked_view(args, "modal")
    trigger = parts.grants.use_trigger(args.text("trigger_id"))
    if trigger.view is None or parts.views.top(trigger.person) is None:
        raise SlackError("invalid_trigger_id")
    view = parts.views.push(trigger.person, content)
    trigger.used = True
    return {"view": view.wire()}


def update_view(parts: Parts, args: Arguments) -> Json:
    """``views.update``: one that is still open, by its id or the app's own."""
    if "view_id" not in args and "external_id" not in args:
        raise SlackError("invalid_arguments", ("[ERROR] missing required field: view_id or external_id",))
    view = parts.views.find(args.maybe("view_id"), args.maybe("external_id"))
    content = checked_view(args, str(view.content["type"]))
    parts.views.update(view, content, args.maybe("hash"))
    return {"view": view.wire()}


def publish_view(parts: Parts, args: Arguments) -> Json:
    """``views.publish``: somebody's home tab."""
    content = checked_view(args, "home")
    person = parts.workspace.people.get(args.text("user_id"))
    if person is None or person.is_bot:
        raise SlackError("invalid_arguments", ("[ERROR] unknown user [json-pointer:/user_id]",))
    return {"view": parts.views.publish(person, content, args.maybe("hash")).wire()}
