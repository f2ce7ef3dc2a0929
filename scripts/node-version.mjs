const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`perdure needs Node 20.20 or newer (20, 22, 24); this is ${process.versions.node}.`);
  process.exit(2);
}
