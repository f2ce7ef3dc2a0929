/**
 * The connections of a process, shared by all its harvests: a thousand seeds of one host would else open a thousand.
 * Hosts that people trust have connections of their own, so that nobody else is served over one of them.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, Client, Pool, type Dispatcher } from 'undici';
import { guardedLookup, type Resolve } from './guard.js';

/** Whom an answer came from. */
export interface Peer {
  readonly remoteAddress?: string;
  /** `sha256:<hex>` of the server's certificate (DER), over TLS. */
  readonly certificate?: string;
  /** Whether the connection has broken, rather than ended. */
  readonly broken: () => boolean;
}

/** Beside undici's own options: told who is asked, once a connection takes the request. */
export interface SeenBy {
  readonly seen: (peer: () => Peer | undefined) => void;
}

export interface Agents {
  /** For hosts that were trusted by name, or for all others. */
  of(trusted: boolean): Dispatcher;
  /** Names are resolved with this for WebSockets, too. */
  readonly resolve: Resolve | undefined;
  readonly tls: TlsOptions;
  close(): Promise<void>;
}

export interface TlsOptions {
  /** Certificates (PEM) of authorities to trust beside the usual; for tests and private networks. */
  readonly ca?: string | readonly string[];
}

export interface AgentOptions {
  /** In place of the system's resolver. */
  readonly resolve?: Resolve;
  readonly tls?: TlsOptions;
  /** Until a connection stands; default 10 s. */
  readonly connectMs?: number;
  /** At one time to one origin; more wait. Default 16. */
  readonly connections?: number;
}

/** Until a connection stands. */
export const CONNECT_MS = 10_000;
export const ATTEMPT_MS = 1_500;
/** Some platforms send policies of 20 KiB in their headers. */
const MAX_HEADERS_BYTES = 64 * 1024;

export function openAgents(options: AgentOptions = {}): Agents {
  const pair = [false, true].map((trusted) => openAgent(trusted, options)) as [Agent, Agent];
  return {
    of: (trusted) => pair[trusted ? 1 : 0],
    resolve: options.resolve,
    tls: options.tls ?? {},
    close: async () => {
      await Promise.all(pair.map((agent) => agent.destroy()));
    },
  };
}

function openAgent(trusted: boolean, options: AgentOptions): Agent {
  const connector = buildConnector({
    lookup: guardedLookup(trusted, options.resolve),
    timeout: options.connectMs ?? CONNECT_MS,
    // A resumed session does not show the certificate again, and it is part of the evidence.
    maxCachedSessions: 0,
    // Of each address of a host; the default of 250 ms gives up on far ones.
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    ...(options.tls?.ca !== undefined && { ca: [...[options.tls.ca].flat()] }),
  });
  return new Agent({
    connections: options.connections ?? 16,
    maxHeaderSize: MAX_HEADERS_BYTES,
    keepAliveTimeout: 15_000,
    // An answer is bounded by whoever asks for it.
    maxResponseSize: -1,
    factory: (origin, pool) =>
      new Pool(origin, { ...pool, factory: (at, client) => new SeenClient(at, client, connector) }),
  });
}

/** One connection: it alone knows who is at the other end of a request. */
class SeenClient extends Client {
  private readonly box: { peer?: Peer };

  constructor(origin: URL, options: object, connector: buildConnector.connector) {
    const box: { peer?: Peer } = {};
    super(origin, {
      ...options,
      connect: (to: buildConnector.Options, callback: buildConnector.Callback) => {
        delete box.peer;
        connector(to, (...outcome) => {
          if (outcome[1]) box.peer = peerOf(outcome[1]);
          callback(...outcome);
        });
      },
    });
    this.box = box;
  }

  override dispatch(options: Dispatcher.DispatchOptions & Partial<SeenBy>, handler: Dispatcher.DispatchHandler) {
    options.seen?.(() => this.box.peer);
    return super.dispatch(options, handler);
  }
}

export function peerOf(socket: Socket): Peer {
  const der = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
  return {
    ...(socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }),
    ...(der && { certificate: `sha256:${createHash('sha256').update(der).digest('hex')}` }),
    // An answer that ends with its connection is ended by undici, with an error of its own.
    broken: () => codeOf(socket.errored) === 'ECONNRESET',
  };
}

function codeOf(error: NodeJS.ErrnoException | null): string | undefined {
  return error?.code;
}
