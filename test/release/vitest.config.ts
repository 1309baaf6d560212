import { endToEndTestConfig } from '../../vitest.shared.js';

export default endToEndTestConfig;
