// The minchat command.
export {};
