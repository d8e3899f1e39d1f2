"""Running endpoints: instances make variants, variants make a fleet, and deployments replace fleets."""
