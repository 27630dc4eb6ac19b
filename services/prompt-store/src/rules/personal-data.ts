import { BlockList, isIP } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { findPhoneNumbersInText } from 'libphonenumber-js/max';
import validator from 'validator';

// Finds candidates by their look and has well-kept libraries judge them (check digits, lengths by
// country, number plans), so that sums, years and code are not taken for personal data.

export const personalDataKinds = ['email', 'phone number', 'credit card', 'IBAN', 'social security number', 'IP address'] as const;
export type PersonalDataKind = (typeof personalDataKinds)[number];

const emails = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,255}\.\p{L}{2,24}/gu;
const cards = /(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]?\d)/g;
const ibans = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}/g;
// Unassigned areas, groups and serial numbers are left out (000, 666, 9xx; 00; 0000).
const socialSecurity = /(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/;
const ipv4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g;
// At least four groups: `std::vector` and `12:30:45` are no addresses.
const ipv6 = /(?<![\w:])(?=[\da-f:]*\d)[\da-f]{1,4}(?::{1,2}[\da-f]{1,4}){3,7}(?![\w:])/gi;
const manyDigits = /\d(?:[^\d\n]{0,3}\d){6}/;

/** Addresses that belong to no one: loopback, private networks, documentation. */
const nobodys = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16],
  ['192.0.2.0', 24], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3],
] as const) nobodys.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['fe80::', 10], ['fc00::', 7], ['2001:db8::', 32]] as const) nobodys.addSubnet(network, prefix, 'ipv6');

/** The kinds of personal data that a text holds, each once, in the order of personalDataKinds. */
export async function findPersonalData(text: string): Promise<PersonalDataKind[]> {
  const found = new Set<PersonalDataKind>();
  if (text.includes('@') && matches(text, emails).some((candidate) => validator.isEmail(candidate.replace(/^[.'-]+/, '')))) found.add('email');
  if (matches(text, ipv4).some(isPublicAddress) || matches(text, ipv6).some(isPublicAddress)) found.add('IP address');
  if (manyDigits.test(text)) {
    if (socialSecurity.test(text)) found.add('social security number');
    if (matches(text, cards).some((candidate) => validator.isCreditCard(candidate.replaceAll(/[ -]/g, '')))) found.add('credit card');
    if (matches(text, ibans).some(startsWithIban)) found.add('IBAN');
    if (await holdsPhoneNumber(text)) found.add('phone number');
  }
  return personalDataKinds.filter((kind) => found.has(kind));
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match[0]);
}

function isPublicAddress(candidate: string): boolean {
  const family = isIP(candidate);
  return family !== 0 && !nobodys.check(candidate, family === 4 ? 'ipv4' : 'ipv6');
}

/** The candidate may run on into the words behind the number: the shortest valid start counts. */
function startsWithIban(candidate: string): boolean {
  const compact = candidate.replaceAll(/[ -]/g, '');
  for (let length = 15; length <= Math.min(34, compact.length); length += 1) {
    if (validator.isIBAN(compact.slice(0, length))) return true;
  }
  return false;
}

/** The library takes 10 ms for a thousand digits: whatever else this thread has to do goes first, again and again. */
async function holdsPhoneNumber(text: string): Promise<boolean> {
  for (const piece of piecesOf(text)) {
    if (!manyDigits.test(piece)) continue;
    if (findPhoneNumbersInText(piece, 'US').some((match) => isWrittenAsPhone(piece, match.startsAt, match.endsAt))) return true;
    await setImmediate();
  }
  return false;
}

const pieceLength = 1_000;
/** Behind a line, or within a word: no number goes on there, nor do letters before or behind one change what it is. */
const partsNumbers = /(?<=\n)|(?<=\p{L})(?=\p{L})/u;

/** A text in pieces that hold its numbers whole; nothing but digits and signs, a thousand in a row, is cut at a space. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const ahead = text.slice(from + pieceLength, from + 2 * pieceLength);
    const parted = ahead.search(partsNumbers);
    const to = from + pieceLength + (parted >= 0 ? parted : ahead.lastIndexOf(' ') + 1 || pieceLength);
    yield text.slice(from, to);
    from = to;
  }
}

/**
 * A bare run of digits is a number of some other kind as often as not, and many small groups are a
 * list: a telephone number has a sign or a separator, and at most six groups.
 */
function isWrittenAsPhone(text: string, start: number, end: number): boolean {
  const written = text.slice(Math.max(0, start - 1), end).trim();
  return /[+(). -]/.test(written) && (written.match(/\d+/g) ?? []).length <= 6;
}
