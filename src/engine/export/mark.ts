/** What stands before the recipe in a comment, for people who look at it with another tool. */
export const RECIPE_MARK = 'morphloom:';
