#!/usr/bin/env node
// Lies here, so that npm links a command before anything is built.
import '../dist/pipe.js';
