import { describe, expect, it } from 'vitest';
import { isLoopback, readGatewayEnv, trustedProxies } from './env.ts';

describe('environment', () => {
  it('needs authentication on open addresses only', () => {
    expect(readGatewayEnv({}).GATEWAY_HOST).toBe('127.0.0.1');
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.evil.org']) {
      expect(() => readGatewayEnv({ GATEWAY_HOST: host })).toThrow(expect.objectContaining({ code: 'MC_AUTH_REQUIRED' }));
    }
    expect(readGatewayEnv({ GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'a-key-long-enough' }).GATEWAY_HOST).toBe('0.0.0.0');
    expect(readGatewayEnv({ GATEWAY_HOST: '0.0.0.0', GATEWAY_AUTH: 'required' }).GATEWAY_AUTH).toBe('required');
    expect(['localhost', '::1', '127.0.0.2'].every(isLoopback)).toBe(true);
  });
  it('believes the proxies that are named', () => {
    expect(['', '127.0.0.1', 'loopback, 10.0.0.0/8'].map(trustedProxies)).toEqual([false, ['127.0.0.1'], ['loopback', '10.0.0.0/8']]);
    for (const list of ['yes', '1', '300.1.1.1', '10.0.0.0/33', '127.0.0.1,,']) expect(() => readGatewayEnv({ GATEWAY_TRUST_PROXY: list }), list).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID' }));
    expect(readGatewayEnv({ GATEWAY_TRUST_PROXY: 'fd00::/8' }).GATEWAY_TRUST_PROXY).toBe('fd00::/8');
  });
});
