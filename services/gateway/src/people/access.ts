// Who may do what. Every route has a line here: a route without one answers 403, and a test fails.

export type Role = 'admin' | 'labeler' | 'viewer' | 'key';

export interface Access {
  /** Who may; `everyone` needs no login. */
  readonly roles: readonly Role[] | 'everyone';
  /** What the audit log calls it, where it is written down by the gateway; people and keys are by the store. */
  readonly audit?: string;
}

const everyone: Access = { roles: 'everyone' };
const admins: Access = { roles: ['admin'] };
const readers: Access = { roles: ['admin', 'viewer'] };
const labelers: Access = { roles: ['admin', 'labeler'] };
/** Whoever has an account. */
const people: Access = { roles: ['admin', 'labeler', 'viewer'] };
const speakers: Access = { roles: ['admin', 'labeler', 'viewer', 'key'] };
const audited = (action: string): Access => ({ ...admins, audit: action });

/** By method and route. HEAD is as GET. */
export const access: Readonly<Record<string, Access>> = {
  // The studio's files, and the description of the API.
  'GET /': everyone,
  'GET /*': everyone,
  'GET /openapi.json': everyone,

  // What a browser asks before a page of another origin may.
  'OPTIONS /v1/*': everyone,
  'GET /v1/models': speakers,
  'GET /v1/models/*': speakers,
  'POST /v1/completions': speakers,
  'POST /v1/chat/completions': speakers,
  'POST /v1/responses': speakers,
  'POST /v1/rewards': speakers,
  'POST /v1/embeddings': speakers,

  'GET /api/runs': readers,
  'GET /api/runs/:id': readers,
  'GET /api/runs/:id/events': readers,
  'GET /api/events': readers,
  'GET /api/runs/:id/report': readers,
  'POST /api/runs/:id/report/ticket': readers,
  'GET /api/runs/:id/outputs/:stage/:output': readers,
  'POST /api/runs/:id/outputs/:stage/:output/ticket': readers,
  'POST /api/specs/check': admins,
  'POST /api/runs': audited('run.start'),
  'POST /api/runs/:id/cancel': audited('run.cancel'),
  'POST /api/runs/:id/resume': audited('run.resume'),
  'POST /api/runs/:id/fork': audited('run.fork'),
  'DELETE /api/runs/:id': audited('run.delete'),

  // Labelers are kept from the data: it tells which model wrote an answer.
  'GET /api/data/collections': readers,
  'DELETE /api/data/collections/:name': audited('data.delete'),
  'GET /api/data/collections/:name/records': readers,
  'GET /api/data/collections/:name/export': readers,
  'GET /api/data/collections/:name/decisions': readers,
  'POST /api/data/collections/:name/decisions': admins,
  'POST /api/data/preview': admins,
  'POST /api/data/forget': audited('data.forget'),
  'POST /api/data/imports': audited('data.import'),

  'GET /api/label/agreement': readers,
  'GET /api/label/guidelines': people,
  'PUT /api/label/guidelines': audited('label.guidelines'),
  'GET /api/label/queues': people,
  'POST /api/label/tasks': labelers,
  'GET /api/label/handed-in': labelers,
  'GET /api/label/handed-in/:id': labelers,
  'POST /api/label/tasks/:id/renew': labelers,
  'POST /api/label/tasks/:id/submit': labelers,
  'POST /api/label/tasks/:id/skip': labelers,
  'POST /api/comparisons': labelers,
  'POST /api/ratings': labelers,
  'POST /api/demonstrations': labelers,

  // People and keys. Whoever logs in or comes by a link has no role yet.
  'GET /api/session': everyone,
  'POST /api/session': everyone,
  'DELETE /api/session': everyone,
  'POST /api/invitations/look': everyone,
  'POST /api/invitations/accept': everyone,
  'GET /api/account/sessions': people,
  'DELETE /api/account/sessions': people,
  'DELETE /api/account/sessions/:id': people,
  'POST /api/account/password': people,
  'GET /api/people': admins,
  'PATCH /api/people/:id': admins,
  'POST /api/people/:id/link': admins,
  'POST /api/invitations': admins,
  'DELETE /api/invitations/:id': admins,
  'GET /api/keys': admins,
  'POST /api/keys': admins,
  'PATCH /api/keys/:id': admins,
  'DELETE /api/keys/:id': admins,
  'GET /api/audit': admins,
};

/** The line of a route. */
export function accessOf(method: string, route: string): Access | undefined {
  const line = `${method === 'HEAD' ? 'GET' : method} ${route}`;
  return Object.hasOwn(access, line) ? access[line] : undefined;
}
