/** Names of files within a package. */

/** With the slash at its end; empty for a file at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/**
 * `photos/photo_1.jpg`, relative to the file that names it, as a name in the package. A sentence in brackets stands
 * where the file was left out: `(File not included. Change data exporting settings to download.)`.
 */
export function localFile(said: string, folder: string, index: number, losses: string[]): string | undefined {
  const file = said.replaceAll('\\', '/');
  if (file.startsWith('(')) {
    const why = /unavailable/i.test(said) ? 'was unavailable' : /exceeds/i.test(said) ? 'was over the size limit' : '';
    losses.push(`attachment ${index}: the file ${why || 'was not included'} in the export`);
    return undefined;
  }
  if (file === '' || file.startsWith('/') || /^[A-Za-z][A-Za-z+.-]*:/.test(file)) {
    losses.push(`attachment ${index}: ${JSON.stringify(said.slice(0, 80))} is no file of the package`);
    return undefined;
  }
  // An HTML page of a whole account lies two folders down and says `../../chats/chat_01/photos/…`.
  const parts = folder.split('/').slice(0, -1);
  for (const part of file.split('/')) {
    if (part === '..' && parts.length === 0) {
      losses.push(`attachment ${index}: ${JSON.stringify(said.slice(0, 80))} leads out of the package`);
      return undefined;
    }
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
