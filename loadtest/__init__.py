"""Load and chaos: what the appliance does under many patients, and under processes that die."""
