"""What is said without model, index or session, when nothing else can answer."""

from appliance.knowledge.pack import Pack
from appliance.safety.wording import spoken


def safe_reply(text: str, pack: Pack) -> str:
    """The route of an emergency, else the fallback and the phone line, in the pack's first language."""
    if alarms := tuple(pack.emergencies.find_all(text)):
        return pack.message(alarms[0].route, spoken(alarms))
    contact = pack.manifest.contact_statement
    first = pack.languages[0]
    return f"{pack.message('fallback', first)}\n\n{pack.statement(contact, first)}"
