"""What happens to an object: check, diff, create, read, update, delete, over plain values.

Written once; the kinds of resource are parameters of it. It knows neither Pulumi nor HTTP.
"""
