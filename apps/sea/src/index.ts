export { createProgram } from './cli/program.js';
export { parseRecipe, loadRecipe, type LoadedRecipe } from './recipe/load-recipe.js';
export { recipeSchema, type Recipe } from './recipe/recipe-schema.js';
