import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { ApiError } from './errors.ts';

/** A client is told of one fault: zod by itself looks for all of them, which took seconds for a hostile megabyte, of the thread that serves everybody. */
const firstFault: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/** How requests are checked against the schemas of their route. What is wrong becomes an ApiError. */
export const checkRequest: FastifySchemaCompiler<z.ZodType> = ({ schema }) => (data) => {
  const result = schema.safeParse(data, firstFault);
  return result.success ? { value: result.data } : { error: faultOf(result.error) };
};

function faultOf({ issues: [issue] }: z.ZodError): ApiError {
  const path = [...(issue?.path ?? [])];
  if (issue?.code === 'unrecognized_keys') {
    const param = named([...path, issue.keys[0] ?? '']);
    return new ApiError(400, `Unrecognized request argument supplied: ${param}`, { param, code: 'unknown_parameter' });
  }
  const param = named(path);
  return new ApiError(400, `${param === '' ? 'request' : param}: ${issue?.message ?? 'invalid'}`, { code: 'invalid_value', ...(param === '' ? {} : { param }) });
}

/** Keys are the client's own, and may be of any length. */
function named(path: readonly PropertyKey[]): string {
  return path.map((key) => String(key).slice(0, 64)).join('.');
}
