// Jest reads TypeScript as Node does: types are stripped, nothing is compiled.
const { stripTypeScriptTypes } = require('node:module');
module.exports = { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
