// The state machine that turns finished stages into the next jobs.
export {};
