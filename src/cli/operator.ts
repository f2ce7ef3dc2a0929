import { hostname, userInfo } from 'node:os';

/** Who gives the command, for the record. */
export const operator = (): string => `${userInfo().username}@${hostname()}`;
