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
    for (const list of ['yes', '1', '300.1.1.1', '10.0.0.0/33', '0.0.0.0/0', '::/0', '127.0.0.1,,']) expect(() => readGatewayEnv({ GATEWAY_TRUST_PROXY: list }), list).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID' }));
    expect(readGatewayEnv({ GATEWAY_TRUST_PROXY: 'fd00::/8' }).GATEWAY_TRUST_PROXY).toBe('fd00::/8');
  });
  it('collects for keys that there are', () => {
    const keys = 'alice=a-key-long-enough, another-key-long-enough';
    for (const setting of ['off', 'on', 'alice', 'alice, key2']) expect(readGatewayEnv({ GATEWAY_API_KEYS: keys, COLLECT_PROMPTS: setting }).COLLECT_PROMPTS).toBe(setting);
    for (const setting of ['true', 'On', 'alice, bob', 'alice,']) {
      expect(() => readGatewayEnv({ GATEWAY_API_KEYS: keys, COLLECT_PROMPTS: setting }), setting).toThrow(
        expect.objectContaining({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining(`COLLECT_PROMPTS=${setting}: expected off, on, or names of keys in GATEWAY_API_KEYS (alice, key2)`) as string }),
      );
    }
    expect(() => readGatewayEnv({ COLLECT_PROMPTS: 'true' })).toThrow('found true');
  });
});
