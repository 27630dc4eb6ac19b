import { rpc, type Bus, type Subscription } from '@minchat/bus';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { adminMissing, changeAccount, listPeople } from './accounts.ts';
import { listAudit, record } from './audit.ts';
import { acceptInvitation, invite, lookAtInvitation, withdrawInvitation } from './invitations.ts';
import { changeKey, checkKey, listKeys, makeKey, revokeKey } from './keys.ts';
import { changePassword, logIn } from './login.ts';
import { checkSession, endSessions, listSessions } from './sessions.ts';

/** Answers the requests about people and keys on the bus. Whoever is on the bus may ask: the gateway asks for those who may. */
export function servePeople(bus: Bus, db: Db): Subscription[] {
  const store = withDatabaseErrors;
  return [
    bus.serve(rpc.checkSession, (request) => store(() => checkSession(db, request.tokenHash))),
    bus.serve(rpc.checkKey, (request) => store(() => checkKey(db, request.keyHash))),
    bus.serve(rpc.logIn, (request) => store(() => logIn(db, request))),
    bus.serve(rpc.listSessions, (request) => store(() => listSessions(db, request.accountId))),
    bus.serve(rpc.endSessions, (request) => store(() => endSessions(db, request))),
    bus.serve(rpc.changePassword, (request) => store(() => changePassword(db, request))),
    bus.serve(rpc.adminMissing, () => store(() => adminMissing(db))),
    bus.serve(rpc.listPeople, () => store(() => listPeople(db))),
    bus.serve(rpc.changeAccount, (request) => store(() => changeAccount(db, request))),
    bus.serve(rpc.invite, (request) => store(() => invite(db, request))),
    bus.serve(rpc.withdrawInvitation, (request) => store(() => withdrawInvitation(db, request))),
    bus.serve(rpc.lookAtInvitation, (request) => store(() => lookAtInvitation(db, request.token))),
    bus.serve(rpc.acceptInvitation, (request) => store(() => acceptInvitation(db, request))),
    bus.serve(rpc.listKeys, () => store(() => listKeys(db))),
    bus.serve(rpc.makeKey, (request) => store(() => makeKey(db, request))),
    bus.serve(rpc.changeKey, (request) => store(() => changeKey(db, request))),
    bus.serve(rpc.revokeKey, (request) => store(() => revokeKey(db, request))),
    bus.serve(rpc.recordAudit, async ({ entry }) => {
      await store(() => record(db, entry?.actor, entry?.action ?? '', entry?.target, entry?.detail));
      return {};
    }),
    bus.serve(rpc.listAudit, (request) => store(() => listAudit(db, request))),
  ];
}
