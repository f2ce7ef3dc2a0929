/**
 * TypeORM entities of the small tables: those that people list and that change. The big tables (posts, snapshots,
 * observations …) are written in bulk and read by SQL of their own (ingest/, readers/); their columns are explained in
 * the migrations.
 */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccessionOptions, AccessionStatus, Custody, Packing } from '../pipeline/ports.js';

@Entity('collection')
export class CollectionEntity {
  @PrimaryColumn('uuid', { name: 'collection_id' })
  id!: string;

  @Column('text')
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', insert: false, update: false })
  createdAt!: Date;
}

@Entity('accession')
export class AccessionEntity {
  @PrimaryColumn('uuid', { name: 'accession_id' })
  id!: string;

  @Column('uuid', { name: 'collection_id' })
  collectionId!: string;

  @Column('text')
  path!: string;

  @Column('text')
  packing!: Packing;

  @Column('bytea', { nullable: true })
  digest!: Buffer | null;

  /** TypeORM hands bigint out as a string. */
  @Column('bigint')
  bytes!: string;

  @Column('text', { nullable: true })
  source!: string | null;

  @Column('text', { nullable: true })
  format!: string | null;

  @Column('text')
  status!: AccessionStatus;

  @Column('jsonb')
  options!: AccessionOptions;

  @Column('jsonb')
  custody!: Custody;

  @Column('jsonb')
  surveys!: Record<string, string>;

  @Column('jsonb')
  warnings!: string[];

  @Column('text', { nullable: true })
  problem!: string | null;

  @Column({ type: 'timestamptz', name: 'received_at', insert: false, update: false })
  receivedAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

export const ENTITIES = [CollectionEntity, AccessionEntity];
