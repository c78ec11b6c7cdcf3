#!/usr/bin/env node
console.log('pipe');
