// The minchat command.
export { createProgram } from './program.ts';
export { Supervisor, serviceNames, type SupervisorOptions } from './system/supervisor.ts';
