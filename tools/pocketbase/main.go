// PocketBase with a collection of listings that everybody may read and write. With PAGE_SIZE in its
// environment, it has pages that short, and serves PUT.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	app := pocketbase.New()
	app.OnServe().BindFunc(func(event *core.ServeEvent) error {
		if err := app.Save(listings()); err != nil {
			return err
		}
		if err := event.Next(); err != nil {
			return err
		}
		if size := os.Getenv("PAGE_SIZE"); size != "" {
			event.Server.Handler = withPut(inPages(size, event.Server.Handler))
		}
		return nil
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

func listings() *core.Collection {
	everybody := types.Pointer("")
	collection := core.NewBaseCollection("properties")
	collection.ListRule, collection.ViewRule = everybody, everybody
	collection.CreateRule, collection.UpdateRule, collection.DeleteRule = everybody, everybody, everybody
	collection.Fields.Add(
		&core.TextField{Name: "name", Required: true},
		&core.TextField{Name: "address"},
		&core.NumberField{Name: "bedrooms"},
		&core.TextField{Name: "notes"},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	return collection
}

// withPut serves PUT, which PocketBase does not know, in the way of its PATCH.
func withPut(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodPut {
			request.Method = http.MethodPatch
		}
		inner.ServeHTTP(writer, request)
	})
}

// inPages makes pages as long as size, rather than 30, where the request does not say how long.
func inPages(size string, inner http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		query := request.URL.Query()
		if !query.Has("perPage") {
			query.Set("perPage", size)
			request.URL.RawQuery = query.Encode()
		}
		inner.ServeHTTP(writer, request)
	})
}
