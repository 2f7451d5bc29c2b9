"""The crowd: patients who hold realistic conversations, at the pace of a shape, run by Locust."""
