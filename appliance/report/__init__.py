"""The auditor's report: what can be shown of an installation and a span of time, as page, data and PDF."""
