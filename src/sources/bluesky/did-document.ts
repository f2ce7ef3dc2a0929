/** Of a DID document: where the account's records are, and what it is called. */
import { asArray, asString, isObject, type JsonObject } from '../shared/json.js';
import { isHandle } from './harvest-name.js';

export interface Located {
  /** The origin of the account's own server. */
  readonly pds: string | undefined;
  readonly handle: string | undefined;
}

export function readDocument(document: JsonObject): Located {
  const service = asArray(document['service'])
    .filter(isObject)
    .find((each) => asString(each['id'])?.endsWith('#atproto_pds') === true);
  const handle = asArray(document['alsoKnownAs'])
    .map((name) => (asString(name)?.startsWith('at://') === true ? asString(name)!.slice(5).toLowerCase() : ''))
    .find(isHandle);
  return { pds: originOf(asString(service?.['serviceEndpoint'])), handle };
}

function originOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) return undefined;
  return new URL(endpoint).origin;
}
