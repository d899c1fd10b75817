"""How a step comes in and what goes out: specification, events, failures, devices. Imports no other room."""
