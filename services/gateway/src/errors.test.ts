import { MinchatError } from '@minchat/errors';
import { describe, expect, it } from 'vitest';
import { ApiError, toApiError } from './errors.ts';

describe('toApiError', () => {
  it('has OpenAI’s names', () => {
    expect(toApiError(new MinchatError('MC_CONTEXT_LENGTH', 'too long'))).toMatchObject({ status: 400, error: { code: 'context_length_exceeded', type: 'invalid_request_error' } });
    expect(toApiError(new MinchatError('MC_OVERLOADED', 'full'))).toMatchObject({ status: 429, retryAfter: 1, error: { type: 'rate_limit_error' } });
    expect(toApiError(new ApiError(404, 'no', { code: 'model_not_found', param: 'model' })).error).toMatchObject({ code: 'model_not_found', param: 'model' });
  });
  it('tells nothing from inside', () => {
    for (const error of [new Error('/home/secret'), new MinchatError('MC_MODEL_INVALID', '/srv/models/secret'), 'secret', undefined, null, { statusCode: 500, message: 'secret' }, { statusCode: 418, message: 'secret' }]) {
      expect(JSON.stringify(toApiError(error))).not.toContain('secret');
    }
  });
});
