"""The side of the gateway that speaks to instances: connections, pools, agent and client."""
