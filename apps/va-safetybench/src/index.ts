export { createProgram } from './cli/program.js';
export { readBenchmarkManifest, type BenchmarkManifest } from './build/benchmark-manifest.js';
export { findScenario, furtherScenarios, scenarios, type Scenario } from './scenarios.js';
