// Learns a reward model from rankings.
export {};
