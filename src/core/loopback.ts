/** Whether only this machine reaches what listens at an address, as HOST names one. What it does not know is no. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
