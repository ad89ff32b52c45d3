"""The sandbox in a browser: what it holds, looked at and changed as somebody would at SetSmart."""
