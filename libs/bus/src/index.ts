// Everything NATS: streams, requests, leases, artifacts.
export {};
