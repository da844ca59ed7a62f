// The tables of the database conformance suite, in two migrations.
import type { Generated, Migration } from 'kysely'

export interface Tables {
  thing: {
    id: string
    count: number
    ratio: number | null
    label: string | null
    body: string
  }
  note: { sequence: Generated<number>; thing_id: string; text: string }
}

export const first: Record<string, Migration> = {
  '0001-thing': {
    async up(db) {
      await db.schema
        .createTable('thing')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addColumn('ratio', 'double precision')
        .addColumn('label', 'text', (column) => column.unique())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
    },
  },
}
export const both: Record<string, Migration> = {
  ...first,
  '0002-note': {
    async up(db) {
      await db.schema
        .createTable('note')
        .addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('thing_id', 'text', (column) => column.notNull().references('thing.id'))
        .addColumn('text', 'text', (column) => column.notNull())
        .execute()
    },
  },
}
export const thing = (id: string, more: Partial<Tables['thing']> = {}): Tables['thing'] => ({
  id,
  count: 0,
  ratio: null,
  label: null,
  body: '{}',
  ...more,
})
