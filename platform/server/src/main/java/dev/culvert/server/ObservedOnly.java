package dev.culvert.server;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/** Leaves of Dropwizard's admin context what says how the server is; its tasks and dumps of threads are for nobody. */
final class ObservedOnly extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final Set<String> PATHS = Set.of("/metrics", "/healthcheck", "/ping");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        if (PATHS.contains(path)) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
