import { describe, expect, it } from 'vitest';
import { isLoopback, readGatewayEnv } from './env.ts';

describe('environment', () => {
  it('needs keys on open addresses only', () => {
    expect(readGatewayEnv({}).GATEWAY_HOST).toBe('127.0.0.1');
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.evil.org']) {
      expect(() => readGatewayEnv({ GATEWAY_HOST: host })).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID' }));
    }
    expect(readGatewayEnv({ GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'a-key-long-enough' }).GATEWAY_HOST).toBe('0.0.0.0');
    expect(['localhost', '::1', '127.0.0.2'].every(isLoopback)).toBe(true);
  });
});
