// Environment variables and run specs, validated.
export {};
