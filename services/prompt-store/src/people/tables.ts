import { bigserial, boolean, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

// The tables of people and keys. Random tokens are kept as SHA-256, passwords as Argon2id.

const at = (name: string) => timestamp(name, { withTimezone: true });
const createdAt = at('created_at').notNull().defaultNow();

export const roles = ['admin', 'labeler', 'viewer'] as const;
const role = text('role', { enum: roles }).notNull();

export const accounts = pgTable('accounts', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** The name as it is compared: two that look alike are one. */
  nameKey: text('name_key').notNull().unique(),
  role,
  passwordHash: text('password_hash').notNull(),
  disabled: boolean('disabled').notNull().default(false),
  createdAt,
});

const accountId = () => text('account_id').references(() => accounts.id);

export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    id: text('id').notNull().unique(),
    accountId: accountId().notNull(),
    address: text('address').notNull(),
    agent: text('agent').notNull(),
    createdAt,
    seenAt: at('seen_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index().on(table.accountId)],
);

/** Links that work once. A used one is deleted. */
export const invitations = pgTable('invitations', {
  tokenHash: text('token_hash').primaryKey(),
  id: text('id').notNull().unique(),
  role,
  note: text('note').notNull(),
  /** The account whose password it sets; none for a new account. */
  accountId: accountId(),
  createdAt,
  expiresAt: at('expires_at').notNull(),
});

/** Keys of programs. A revoked one is deleted; the audit log remembers it. */
export const apiKeys = pgTable('api_keys', {
  keyHash: text('key_hash').primaryKey(),
  id: text('id').notNull().unique(),
  name: text('name').notNull().unique(),
  prefix: text('prefix').notNull(),
  collect: boolean('collect').notNull(),
  /** Requests a minute; 0 for as many as the gateway allows. */
  rateLimit: integer('rate_limit').notNull(),
  createdAt,
  usedAt: at('used_at'),
});

/** Passwords tried under a name since a time, whether there is such an account or not. */
export const loginTries = pgTable('login_tries', { nameKey: text('name_key').primaryKey(), tries: integer('tries').notNull(), since: at('since').notNull() });

/** What people did. Rows are only ever added. */
export const auditLog = pgTable('audit_log', {
  number: bigserial('number', { mode: 'number' }).primaryKey(),
  at: at('at').notNull().defaultNow(),
  accountId: text('account_id').notNull(),
  name: text('name').notNull(),
  address: text('address').notNull(),
  action: text('action').notNull(),
  target: text('target').notNull(),
  detail: text('detail').notNull(),
});
