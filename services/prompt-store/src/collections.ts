import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { MinchatError } from '@minchat/errors';
import type { Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { collections, imports } from './schema.ts';

export interface CollectionSummary {
  readonly name: string;
  readonly prompts: number;
  readonly demonstrations: number;
  readonly comparisons: number;
  readonly texts: number;
}

/** The collections by name, with the rows that their imports brought. */
export function listCollections(db: Db): Promise<CollectionSummary[]> {
  const total = (column: typeof imports.prompts | typeof imports.demonstrations | typeof imports.comparisons | typeof imports.texts) =>
    sql<number>`sum(${column})`.mapWith(Number);
  return withDatabaseErrors(() =>
    db
      .select({
        name: collections.name,
        prompts: total(imports.prompts),
        demonstrations: total(imports.demonstrations),
        comparisons: total(imports.comparisons),
        texts: total(imports.texts),
      })
      .from(collections)
      .innerJoin(imports, eq(imports.collectionId, collections.id))
      .groupBy(collections.name)
      .orderBy(collections.name),
  );
}

/** Throws MC_CONFLICT when one of these imports is the collection's no more: of what was read of them a part may be missing. */
export async function checkUndeleted(db: Db, collection: string, importIds: readonly number[]): Promise<void> {
  const left = await db.select({ id: imports.id }).from(imports).where(and(inArray(imports.id, [...importIds]), isNotNull(imports.collectionId)));
  if (left.length < importIds.length) throw new MinchatError('MC_CONFLICT', `${collection} was deleted while it was read`, { hint: 'Take another collection, or import it again.' });
}

/** The numbers of a collection's imports, in their order. Throws MC_NOT_FOUND. */
export async function importsOf(db: Db, collection: string): Promise<number[]> {
  const rows = await db
    .select({ id: imports.id })
    .from(imports)
    .innerJoin(collections, eq(imports.collectionId, collections.id))
    .where(eq(collections.name, collection))
    .orderBy(imports.id);
  if (rows.length === 0) {
    const names = (await db.selectDistinct({ name: collections.name }).from(collections).innerJoin(imports, isNotNull(imports.collectionId))).map((row) => row.name);
    throw new MinchatError('MC_NOT_FOUND', `expected a collection out of ${names.length === 0 ? 'none' : names.toSorted().join(', ')}, found ${collection}`, {
      hint: `${names.length === 0 ? 'Import data first' : 'Name one of these, or import data into it'}: npm run minchat -- import FORMAT FILE --collection ${collection}`,
    });
  }
  return rows.map((row) => row.id);
}

/** The same of several collections. */
export async function importsOfAll(db: Db, names: readonly string[]): Promise<number[]> {
  const found = await Promise.all([...new Set(names)].map((name) => importsOf(db, name)));
  return found.flat().toSorted((a, b) => a - b);
}
