"""The demonstration: a phone page and a stand-in for Twilio, around the real appliance on one machine."""
