import { MinchatError, toMinchatError } from './error.ts';

/** Why a server does not listen at `NAME_HOST` and `NAME_PORT`: MC_PORT_TAKEN, MC_CONFIG_INVALID, MC_ACCESS_DENIED. */
export function listenError(cause: unknown, name: string, { host, port }: { host: string; port: number }): MinchatError {
  const error = toMinchatError(cause);
  const system = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (system) {
    case 'EADDRINUSE':
      return new MinchatError('MC_PORT_TAKEN', `${name}_PORT=${port}: expected a free port, found it in use`, { cause });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new MinchatError('MC_CONFIG_INVALID', `${name}_HOST=${host}: expected an address of this machine, or a name of one, found ${error.message}`, { cause });
    default:
      return new MinchatError(error.code, `${name}_HOST=${host}, ${name}_PORT=${port}: ${error.message}`, { cause });
  }
}
