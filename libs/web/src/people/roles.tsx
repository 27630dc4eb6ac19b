import { t } from '../preferences.ts';
import type { Role } from './session.ts';

export const roles: readonly Role[] = ['labeler', 'viewer', 'admin'];

export function roleName(role: Role): string {
  return { admin: t('Admin'), labeler: t('Labeler'), viewer: t('Viewer') }[role];
}

export function roleNotes(role: Role): string {
  return {
    admin: t('An admin may do everything: runs, data, people and keys.'),
    labeler: t('A labeler ranks and writes answers, and chats with the models.'),
    viewer: t('A viewer sees runs and data and chats with the models, and changes nothing.'),
  }[role];
}
