// Optimises the policy against the reward model.
export {};
