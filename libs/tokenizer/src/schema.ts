import { z } from 'zod';

/** One of several objects that are told apart by their type; another type is refused by its name. */
export function oneOf<const T extends readonly [z.ZodObject<{ type: z.ZodLiteral<string> }>, ...z.ZodObject<{ type: z.ZodLiteral<string> }>[]]>(options: T): z.ZodDiscriminatedUnion<T, 'type'> {
  const names = options.map((option) => option.shape.type.value).join(', ');
  return z.discriminatedUnion('type', options, {
    error: ({ code, input }) => (code === 'invalid_union' ? `expected one of ${names}, found ${JSON.stringify((input as { type?: unknown } | undefined)?.type ?? input)}` : undefined),
  });
}
