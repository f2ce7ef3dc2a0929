// Source files import each other as `./name.js`, which is what the build emits; under jest the file is still `name.ts`.
// A package that exports only an `import` condition is taken by that: the transformer makes CommonJS of it.
'use strict';
const { sep } = require('node:path');

const modules = `${sep}node_modules${sep}`;

module.exports = (request, options) => {
  const own = !options.basedir.includes(modules);
  if (own && request.startsWith('.') && request.endsWith('.js')) {
    return options.defaultResolver(request, { ...options, extensionAlias: { '.js': ['.ts', '.js'] } });
  }
  try {
    return options.defaultResolver(request, options);
  } catch (error) {
    if (request.startsWith('.') || request.startsWith('/')) throw error;
    return options.defaultResolver(request, { ...options, conditions: ['import', 'node', 'default'] });
  }
};
