// Writes the files that are made from declarations: `make generate`, from the root of the project.

import Digests
import Glibc
import Recipes

let documents = [
    ("schemas/recipe.schema.json", RecipeSchema.document), ("schemas/site.schema.json", Site.schema),
]
for (path, document) in documents {
    guard let file = fopen(path, "w") else {
        perror(path)
        exit(1)
    }
    fputs(document.text(.indented) + "\n", file)
    fclose(file)
    print(path)
}
