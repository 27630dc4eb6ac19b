import { defineConfig } from 'drizzle-kit';

// `npm run migrations -w services/prompt-store` writes a new file into migrations/ after a change of the schema.
export default defineConfig({ dialect: 'postgresql', schema: ['./src/schema.ts', './src/people/tables.ts'], out: './migrations' });
