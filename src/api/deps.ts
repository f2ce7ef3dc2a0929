/** What the API needs of the outside. `src/app/` opens an archive that has all of it; tests make their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Key } from '../core/digest.js';
import type { PostUri } from '../core/uri.js';
import type { AccessionStore, Dispatcher, OpenBlobs } from '../pipeline/ports.js';
import type { SecretBox } from '../pipeline/webhooks.js';
import type { Queues } from '../queue/backend.js';

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string | undefined;
  /** A key of an administrator, beside those in the database. */
  readonly apiKey?: string | undefined;
}

/** What the API asks of a source: its name, whether it knows a web address, and whether a mapping is right. */
export interface ApiSource {
  readonly manifest: { readonly id: string; readonly name: string };
  locate?(url: string): PostUri | undefined;
  /** Throws a UsageError. */
  checkMapping?(mapping: unknown): void;
}

/** What somebody wants followed. */
export interface FollowRequest {
  /** A handle or an address, as typed. */
  readonly text: string;
  readonly collection: string;
  /** Seconds; absent: as lively as the account is. */
  readonly every?: number;
  /** The name of one. */
  readonly credential?: string;
  readonly connector?: string;
  readonly backfill?: number;
  readonly authority?: string;
}

/** Following, as app composes it of connectors, network and queue. */
export interface Following {
  /**
   * Asks the network what the text leads to, and follows that; again is harmless.
   * @throws UsageError that says what was tried and what to do
   */
  follow(request: FollowRequest, signal: AbortSignal): Promise<{ readonly id: Key; readonly added: boolean }>;
  /** Asks a worker to harvest now. @returns the id that the harvest will have */
  harvestNow(seed: Key): Promise<Key>;
  /** What the platform never hands out, or only up to a limit. */
  ceilings(connector: string): readonly string[];
}

export interface ApiDeps {
  readonly config: ApiConfig;
  readonly database: DataSource;
  readonly pool: Pool;
  readonly blobs: OpenBlobs;
  readonly accessions: AccessionStore;
  readonly dispatch: Dispatcher;
  readonly queues: Pick<Queues, 'queue' | 'counts'>;
  readonly sources: readonly ApiSource[];
  /** Without it this process shows what is followed, and follows nothing itself. */
  readonly following?: Following;
  /** Seals the secrets of webhooks; without it none can be made. */
  readonly secrets?: Pick<SecretBox, 'seal'>;
  readonly log: Logger;
  /** The folder of the built web app; without one a plain start page is served. */
  readonly web?: string;
}

/** Injection token of `ApiDeps`. */
export const API_DEPS = Symbol('ApiDeps');

/** Fires when the service stops: streams end, uploads are given up. */
@Injectable()
export class Stopping implements OnModuleDestroy {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;

  onModuleDestroy(): void {
    this.controller.abort(new Error('the service is stopping'));
  }
}

/** Whether the built web app is there; a plain start page stands in for it otherwise. */
export function hasWebApp(deps: ApiDeps): deps is ApiDeps & { readonly web: string } {
  return deps.web !== undefined && existsSync(join(deps.web, 'index.html'));
}
