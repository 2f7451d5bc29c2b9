"""The report as data: the same findings for other programs."""

import json
from dataclasses import asdict

from appliance.audit import Broken
from appliance.report.document import Report


def as_data(report: Report) -> str:
    """The report as JSON, indented. It holds counts, versions and digests, and nothing of any patient."""
    done = report.activity
    return json.dumps(
        {
            "form": "antesala/report/v1",
            "institution": report.institution,
            "release": report.release,
            "settings_sha256": report.settings_digest,
            "from": report.span.since,
            "to": report.span.until,
            "made_at": report.made_at,
            "findings": report.findings,
            "journal": {
                "verified": not isinstance(report.chain, Broken),
                "files": report.files,
                "key_sha256": report.key_fingerprint,
                **asdict(report.chain),
            },
            "activity": {
                "records": done.records,
                "decisions": done.decisions,
                "actions": done.actions,
                "languages": done.languages,
                "escalations": done.escalations,
                "routes": done.routes,
                "wordings": done.wordings,
                "masked": done.masked,
                "knowledge": done.knowledge,
                "other": done.other,
            },
            "rights": [asdict(right) for right in done.rights],
            "egress": {
                "guard": report.guard,
                "peers": [asdict(peer) for peer in report.peers],
                "guarded_starts": done.guarded,
                "loosely_guarded_starts": done.loose,
                "allowed": done.allowed,
                "refused": [asdict(refusal) for refusal in done.refusals],
                "firewall": asdict(report.firewall),
                "proxy": asdict(report.proxy),
            },
            "stores": [asdict(store) for store in report.stores],
            "encryption": [
                {
                    "setting": store.setting,
                    "problem": store.problem,
                    "suspects": store.suspects,
                    "kinds": {
                        name: {"keys": kind.keys, **kind.classes} for name, kind in store.kinds.items()
                    },
                    "total": store.total,
                }
                for store in report.examined
            ],
            "retention": [asdict(kept) | {"holds": kept.holds} for kept in report.kept],
            "keys": asdict(report.keys),
            "models": [asdict(model) for model in report.models],
            "knowledge": {
                "version": report.knowledge,
                "demonstration": report.demonstration,
                "statements": [asdict(approval) for approval in report.approvals],
            },
            "sign_offs": [one.model_dump() for one in report.governance.sign_off]
            if report.governance
            else [],
            "missing_to_go_live": report.missing,
            "bill_of_materials": {"components": len(report.bill), "sha256": report.bill_digest},
        },
        indent=2,
        ensure_ascii=False,
        default=str,
    )
