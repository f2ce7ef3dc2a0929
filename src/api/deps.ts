/** What the API needs of the outside. `src/app/` opens an archive that has all of it; tests make their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { PostUri } from '../core/uri.js';
import type { AccessionStore, BlobStore, Dispatcher } from '../pipeline/ports.js';
import type { Queues } from '../queue/backend.js';

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string | undefined;
  /** The folder of the blobs: readiness asks whether it can be written to and how much room is left. */
  readonly blobs: string;
}

/** What the API asks of a source: its name, whether it knows a web address, and whether a mapping is right. */
export interface ApiSource {
  readonly manifest: { readonly id: string; readonly name: string };
  locate?(url: string): PostUri | undefined;
  /** Throws a UsageError. */
  checkMapping?(mapping: unknown): void;
}

export interface ApiDeps {
  readonly config: ApiConfig;
  readonly database: DataSource;
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly accessions: AccessionStore;
  readonly dispatch: Dispatcher;
  readonly queues: Pick<Queues, 'queue' | 'counts'>;
  readonly sources: readonly ApiSource[];
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
