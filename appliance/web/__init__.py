"""The Quart application: what Twilio posts to, and what monitors ask."""
